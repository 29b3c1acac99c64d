import test from 'ava';
import { isDynamic } from '../../../cli/demo-image.js';

test('a binary that needs a loader is not static, and neither is what is no binary', (t) => {
  const elf = Buffer.alloc(64 + 56);
  elf.writeUInt32BE(0x7f454c46, 0);
  elf[4] = 2;
  elf.writeBigUInt64LE(64n, 32);
  elf.writeUInt16LE(56, 54);
  elf.writeUInt16LE(1, 56);
  elf.writeUInt32LE(1, 64);
  t.false(isDynamic(elf));
  elf.writeUInt32LE(3, 64);
  t.true(isDynamic(elf));
  t.true(isDynamic(Buffer.from('#!/bin/sh\n')));
});
