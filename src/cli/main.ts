#!/usr/bin/env node
import { runtime } from '#runtime';
import { serve } from './serve.ts';

await serve(runtime());
