/**
 * The process of a sandbox: an ELF file of some 250 bytes, so that it needs no download and runs on any Linux. As process 1 it ignores SIGCHLD, by
 * which the kernel reaps orphans for it (pods that share a process namespace), ends on SIGTERM, and otherwise waits.
 */
const BASE = 0x400000n;
const HEADERS = 120; // ELF header (64) and one program header (56).
const SA_RESTORER = 0x04000000n; // x86-64 delivers no signal without it.

export type PauseArchitecture = 'x86_64' | 'aarch64';

function elfHeaders(machine: number, size: number): Buffer {
  const headers = Buffer.alloc(HEADERS);
  headers.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  headers.writeUInt16LE(2, 16);
  headers.writeUInt16LE(machine, 18);
  headers.writeUInt32LE(1, 20);
  headers.writeBigUInt64LE(BASE + BigInt(HEADERS), 24);
  headers.writeBigUInt64LE(64n, 32);
  headers.writeUInt16LE(64, 52);
  headers.writeUInt16LE(56, 54);
  headers.writeUInt16LE(1, 56);
  headers.writeUInt32LE(1, 64); // PT_LOAD
  headers.writeUInt32LE(5, 68); // readable, executable
  headers.writeBigUInt64LE(BASE, 80);
  headers.writeBigUInt64LE(BASE, 88);
  headers.writeBigUInt64LE(BigInt(size), 96);
  headers.writeBigUInt64LE(BigInt(size), 104);
  headers.writeBigUInt64LE(0x10000n, 112);
  return headers;
}

/** struct sigaction as the kernel reads it: handler, flags, restorer, mask. */
function sigaction(handler: bigint, flags: bigint, restorer: bigint): Buffer {
  const action = Buffer.alloc(32);
  action.writeBigUInt64LE(handler, 0);
  action.writeBigUInt64LE(flags, 8);
  action.writeBigUInt64LE(restorer, 16);
  return action;
}

const le32 = (value: number) => [value & 255, (value >>> 8) & 255, (value >>> 16) & 255, (value >>> 24) & 255];

function codeX86(ignore: number, end: number): Buffer {
  return Buffer.from(
    [
      [0xb8, ...le32(13)], // mov eax, rt_sigaction
      [0xbf, ...le32(17)], // mov edi, SIGCHLD
      [0xbe, ...le32(ignore)], // mov esi, &ignore
      [0x31, 0xd2], // xor edx, edx
      [0x41, 0xba, ...le32(8)], // mov r10d, size of the mask
      [0x0f, 0x05], // syscall
      [0xb8, ...le32(13)],
      [0xbf, ...le32(15)], // SIGTERM
      [0xbe, ...le32(end)],
      [0x0f, 0x05],
      [0xb8, ...le32(34), 0x0f, 0x05, 0xeb, 0xf7], // wait: pause; jmp wait
      [0xb8, ...le32(231), 0x31, 0xff, 0x0f, 0x05], // handler: exit_group(0)
    ].flat(),
  );
}

function codeArm64(ignoreOffset: number, endOffset: number): Buffer {
  const words: number[] = [];
  const mov = (register: number, value: number) => words.push(0xd2800000 | (value << 5) | register);
  const address = (register: number, offset: number) => {
    const distance = offset - words.length * 4;
    words.push(0x10000000 | ((distance & 3) << 29) | ((distance >> 2) << 5) | register);
  };
  const syscall = () => words.push(0xd4000001);
  mov(0, 17);
  address(1, ignoreOffset);
  mov(2, 0);
  mov(3, 8);
  mov(8, 134); // rt_sigaction
  syscall();
  mov(0, 15);
  address(1, endOffset);
  syscall();
  const wait = words.length;
  for (const register of [0, 1, 2, 3]) mov(register, 0);
  mov(8, 73); // ppoll of nothing: there is no pause here
  syscall();
  words.push(0x14000000 | ((wait - words.length) & 0x3ffffff));
  mov(0, 0); // handler
  mov(8, 94); // exit_group
  syscall();
  const code = Buffer.alloc(words.length * 4);
  for (const [index, word] of words.entries()) code.writeUInt32LE(word >>> 0, index * 4);
  return code;
}

/** The executable's bytes, the same each time. */
export function pauseElf(architecture: PauseArchitecture): Buffer {
  const x86 = architecture === 'x86_64';
  const codeSize = x86 ? codeX86(0, 0).length : codeArm64(0, 0).length;
  const codeAddress = Number(BASE) + HEADERS;
  const code = x86 ? codeX86(codeAddress + codeSize, codeAddress + codeSize + 32) : codeArm64(codeSize, codeSize + 32);
  const handler = BigInt(codeAddress + codeSize - (x86 ? 9 : 12));
  const actions = [sigaction(1n, 0n, 0n), sigaction(handler, x86 ? SA_RESTORER : 0n, x86 ? handler : 0n)];
  return Buffer.concat([elfHeaders(x86 ? 62 : 183, HEADERS + codeSize + 64), code, ...actions]);
}
