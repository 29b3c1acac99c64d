#!/usr/bin/env node
'use strict';
// What npm's scripts start: runs on any Node ≥ 18 without dependencies, installs and builds what is missing, and hands over to the pinned Node 24.

const { spawn, spawnSync } = require('node:child_process');
const { createHash } = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');

const root = path.resolve(__dirname, '..');
const buildFolder = path.join(root, 'build');
const sources = ['actors', 'bench', 'bus', 'cli', 'gateway', 'node-agent', 'runtime', 'schemas', 'test'];

/** MB of young memory: V8's own choice grows to four times that, which makes nothing faster here and keeps 30 to 80 MB. */
const serverFlags = ['--max-semi-space-size=8'];

main(process.argv.slice(2));

function main([command = 'up', ...rest]) {
  const major = Number(process.versions.node.split('.')[0]);
  if (major < 18)
    fail(
      `Troupe needs Node 18 or newer to start (this is ${process.versions.node}). Debian 12: apt-get install nodejs npm`,
    );
  installIfStale();
  const node = pinnedNode();
  if (command === 'build') fs.rmSync(path.join(buildFolder, '.built'), { force: true });
  buildIfStale(node);
  if (command === 'build') return;
  const program = {
    test: [path.join(root, 'build', 'cli', 'run-tests.js')],
    simulate: [path.join(root, 'build', 'test', 'simulation', 'simulate.js')],
    bench: ['--expose-gc', path.join(root, 'build', 'bench', 'main.js')],
  }[command] ?? [...serverFlags, path.join(root, 'build', 'bundle', 'main.js'), command];
  run(node, [...program, ...rest]);
}

/**
 * npm install by the lock file, unless that is what is installed. Not `npm ci`: it refuses a lock file that lacks optional packages for platforms which the
 * registry it was made with did not have.
 */
function installIfStale() {
  const lock = hashOf([path.join(root, 'package-lock.json')]);
  const stamp = path.join(root, 'node_modules', '.troupe-installed');
  if (readText(stamp) === lock) return;
  step('Installing dependencies (npm install)', () => {
    const npm = spawnSync('npm', ['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error'], {
      cwd: root,
      stdio: ['ignore', 2, 2],
    });
    if (npm.error) fail(`npm could not be started: ${npm.error.message}. Debian 12: apt-get install npm`);
    if (npm.status !== 0)
      fail(`npm install failed with code ${npm.status}; its message stands above. Is the npm registry reachable?`);
    fs.writeFileSync(stamp, lock);
  });
}

function pinnedNode() {
  const name = `node-${process.platform}-${process.arch}`;
  const binary = path.join(root, 'node_modules', name, 'bin', 'node');
  if (fs.existsSync(binary)) return binary;
  if (Number(process.versions.node.split('.')[0]) >= 24) return process.execPath;
  return fail(
    `no Node 24 for ${process.platform}-${process.arch} among the npm packages: install Node 24 and start again with it`,
  );
}

/** Compiles, generates the API's documents and bundles, unless no source changed since. */
function buildIfStale(node) {
  const files = [
    ...sources.flatMap((folder) => filesBelow(path.join(root, folder))),
    path.join(root, 'package-lock.json'),
    path.join(root, 'tsconfig.json'),
  ];
  const stamp = path.join(buildFolder, '.built');
  const state = `${process.arch} ${stateOf(files)}`;
  if (readText(stamp) === state) return;
  fs.mkdirSync(buildFolder, { recursive: true });
  removeOrphans();
  const modules = path.join(root, 'node_modules');
  step('Compiling TypeScript', () => mustRun(node, [path.join(modules, 'typescript', 'bin', 'tsc'), '-p', root]));
  step("Generating the API's type table and documents", () =>
    mustRun(node, [path.join(buildFolder, 'schemas', 'openapi', 'generate.js')]),
  );
  step('Bundling', () => mustRun(node, [path.join(root, 'cli', 'bundle.mjs')]));
  fs.writeFileSync(stamp, state);
}

/** Compiled files whose source is gone would still be found by the test runner. */
function removeOrphans() {
  for (const folder of sources) {
    for (const file of filesBelow(path.join(buildFolder, folder))) {
      const source = path.join(root, path.relative(buildFolder, file)).replace(/\.js(\.map)?$/, '.ts');
      if (/\.js(\.map)?$/.test(file) && !fs.existsSync(source)) {
        fs.rmSync(file);
        fs.rmSync(path.join(buildFolder, '.tsbuildinfo'), { force: true });
      }
    }
  }
}

function run(node, args) {
  const child = spawn(node, args, { stdio: 'inherit', cwd: process.cwd() });
  // The child gets the terminal's Ctrl-C itself and decides when it is done.
  process.on('SIGINT', () => {});
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => fail(`${node} could not be started: ${error.message}`));
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? (signal === 'SIGINT' ? 130 : 1);
  });
}

function mustRun(node, args) {
  const result = spawnSync(node, args, { cwd: root, stdio: ['ignore', 2, 2] });
  if (result.status !== 0)
    fail(
      `${path.relative(root, args[0])} failed with code ${result.status ?? result.signal}; its message stands above`,
    );
}

function step(title, work) {
  const startedAt = Date.now();
  process.stderr.write(`${title} …\n`);
  work();
  process.stderr.write(`${title}: done in ${((Date.now() - startedAt) / 1000).toFixed(1)} s\n`);
}

function filesBelow(folder) {
  let entries;
  try {
    entries = fs.readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
  return entries.flatMap((entry) =>
    entry.isDirectory() ? filesBelow(path.join(folder, entry.name)) : [path.join(folder, entry.name)],
  );
}

function stateOf(files) {
  const hash = createHash('sha1');
  for (const file of files.sort()) {
    const { mtimeMs, size } = fs.statSync(file);
    hash.update(`${path.relative(root, file)} ${mtimeMs} ${size}\n`);
  }
  return hash.digest('hex');
}

function hashOf(files) {
  const hash = createHash('sha1');
  for (const file of files) hash.update(fs.readFileSync(file));
  return hash.digest('hex');
}

function readText(file) {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

function fail(message) {
  process.stderr.write(`troupe: ${message}\n`);
  process.exit(1);
}
