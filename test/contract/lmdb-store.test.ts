import test from 'ava';
import { openLmdb } from './lmdb-stage.js';
import { snapshotStoreContract } from './snapshot-store.js';

snapshotStoreContract(test, 'LmdbStore', openLmdb);
