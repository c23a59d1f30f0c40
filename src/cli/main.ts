#!/usr/bin/env node
import process from 'node:process';
import { runtime } from '#runtime';
import { demo } from './demo.ts';
import { serve } from './serve.ts';

await (process.argv[2] === 'demo' ? demo(runtime()) : serve(runtime()));
