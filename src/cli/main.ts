#!/usr/bin/env node
import process from 'node:process';
import { runtime } from '#runtime';
import { demo } from './demo.ts';
import { explainCommand } from './explain.ts';
import { serve } from './serve.ts';

const [command, ...rest] = process.argv.slice(2);
if (command === 'demo') await demo(runtime());
else if (command === 'explain') await explainCommand(rest);
else await serve(runtime());
