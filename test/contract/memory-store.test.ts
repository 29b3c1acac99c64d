import test from 'ava';
import { openMemory } from './memory-stage.js';
import { snapshotStoreContract } from './snapshot-store.js';

snapshotStoreContract(test, 'MemoryStore', openMemory);
