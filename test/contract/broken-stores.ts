/** Stores that break one promise each, to see that the contract notices. */
import type {
  CommitEntry,
  CommitOutcome,
  LogEntry,
  LogRead,
  SnapshotStore,
  StoredSnapshot,
} from '../../runtime/snapshots/snapshot-store.js';
import type { OpenStage, StoreStage } from './snapshot-store.js';

export interface BrokenStore {
  readonly what: string;
  /** Replaces methods of a store that is right; called anew for each life. */
  breaks(right: SnapshotStore): Partial<SnapshotStore>;
}

export function openBroken(open: OpenStage, flaw: BrokenStore): OpenStage {
  const broken = (stage: StoreStage): StoreStage => ({
    ...stage,
    store: withMethods(stage.store, flaw.breaks(stage.store)),
    reopen: async () => broken(await stage.reopen()),
  });
  return async (limits) => {
    const { stage, end } = await open(limits);
    return { stage: broken(stage), end };
  };
}

function withMethods(right: SnapshotStore, wrong: Partial<SnapshotStore>): SnapshotStore {
  const store = new Proxy(right, {
    get(target, name) {
      const own = wrong[name as keyof SnapshotStore];
      if (own) return own;
      const method = target[name as keyof SnapshotStore] as unknown;
      return typeof method === 'function' ? method.bind(target) : method;
    },
  });
  return store;
}

/** Rewrites the entries before the right store sees them. */
const rewriting = (
  rewrite: (entry: CommitEntry, right: SnapshotStore, type: string) => Promise<CommitEntry> | CommitEntry,
) => ({
  breaks: (right: SnapshotStore): Partial<SnapshotStore> => ({
    commit: async (type, entries) =>
      right.commit(type, await Promise.all(entries.map(async (entry) => rewrite(entry, right, type)))),
  }),
});

const answering = (change: (outcomes: readonly CommitOutcome[]) => readonly CommitOutcome[]) => ({
  breaks: (right: SnapshotStore): Partial<SnapshotStore> => ({
    commit: async (type, entries) => change(await right.commit(type, entries)),
  }),
});

const logging = (change: (entry: LogEntry) => LogEntry) => ({
  breaks: (right: SnapshotStore): Partial<SnapshotStore> => ({
    readLog: async (type, from, most): Promise<LogRead> => {
      const read = await right.readLog(type, from, most);
      return read.kind === 'behind' ? read : { ...read, entries: read.entries.map(change) };
    },
  }),
});

const snapshots = (change: (snapshot: StoredSnapshot) => StoredSnapshot) => ({
  breaks: (right: SnapshotStore): Partial<SnapshotStore> => ({
    async get(type, key) {
      const found = await right.get(type, key);
      return found && change(found);
    },
  }),
});

const asOwner = async (
  entry: CommitEntry,
  right: SnapshotStore,
  type: string,
  may: (recorded: CommitEntry['token']) => boolean,
) => {
  const { token } = await right.owner(type, entry.slot);
  return token && may(token) ? { ...entry, token } : entry;
};

export const BROKEN_STORES: readonly BrokenStore[] = [
  {
    what: 'compares only the epoch of a token',
    ...rewriting((entry, right, type) =>
      asOwner(entry, right, type, (recorded) => recorded.epoch === entry.token.epoch),
    ),
  },
  {
    what: 'accepts an epoch at least as new as the recorded one',
    ...rewriting((entry, right, type) =>
      asOwner(entry, right, type, (recorded) => recorded.epoch <= entry.token.epoch),
    ),
  },
  {
    what: 'accepts any older epoch of the same life',
    ...rewriting((entry, right, type) =>
      asOwner(entry, right, type, (recorded) => recorded.incarnation === entry.token.incarnation),
    ),
  },
  { what: 'ignores guards', ...rewriting((entry) => ({ ...entry, guards: [] })) },
  {
    what: 'ignores guards that ask for absence',
    ...rewriting((entry) => ({ ...entry, guards: entry.guards?.filter(({ value }) => value !== null) })),
  },
  {
    what: 'ignores the expected revision',
    ...rewriting(async (entry, right, type) =>
      entry.key === undefined ? entry : { ...entry, expected: (await right.get(type, entry.key))?.revision ?? 0 },
    ),
  },
  {
    what: 'lets checks pass without looking',
    ...rewriting((entry) => (entry.write.kind === 'check' ? { ...entry, key: undefined, expected: undefined } : entry)),
  },
  {
    what: 'gives checks a revision',
    ...rewriting((entry) =>
      entry.write.kind === 'check' ? { ...entry, key: undefined, write: { kind: 'marker' } } : entry,
    ),
  },
  {
    what: 'refuses a whole batch for one entry',
    ...answering((outcomes) => {
      const refused = outcomes.find(({ kind }) => kind !== 'committed');
      return refused ? outcomes.map(() => refused) : outcomes;
    }),
  },
  { what: 'answers in another order', ...answering((outcomes) => [...outcomes].reverse()) },
  { what: 'forgets asks', ...rewriting((entry) => ({ ...entry, askId: undefined })) },
  { what: 'forgets what selectors saw before', ...logging((entry) => ({ ...entry, previous: undefined })) },
  { what: 'forgets what selectors see', ...logging((entry) => ({ ...entry, selectables: undefined })) },
  { what: 'forgets the previous revision', ...logging((entry) => ({ ...entry, previousRevision: 0 })) },
  {
    what: 'logs deletes without the last object',
    ...logging((entry) => (entry.kind === 'delete' ? { ...entry, bytes: undefined } : entry)),
  },
  { what: 'logs puts without bytes', ...logging((entry) => ({ ...entry, bytes: new Uint8Array() })) },
  { what: 'cuts large bodies', ...snapshots((found) => ({ ...found, bytes: found.bytes.slice(0, 65_536) })) },
  { what: 'tells every snapshot as of this generation', ...snapshots((found) => ({ ...found, storeGeneration: 7 })) },
  {
    what: 'reads the log as if it never ended',
    breaks: (right) => ({
      async readLog(type, from, most) {
        const read = await right.readLog(type, from, most);
        return read.kind === 'behind' ? right.readLog(type, read.oldest - 1, most) : read;
      },
    }),
  },
  {
    what: 'reads the log without a limit',
    breaks: (right) => ({ readLog: (type, from) => right.readLog(type, from, 1_000_000) }),
  },
  {
    what: 'grants claims without comparing what was seen',
    breaks: (right) => ({ claim: (type, slots, incarnation) => right.claim(type, slots, incarnation) }),
  },
  {
    what: 'does not release',
    breaks: () => ({ release: async () => {} }),
  },
  {
    what: 'lets anybody release',
    breaks: (right) => ({
      async release(type, slots) {
        for (const slot of slots) {
          const { token } = await right.owner(type, slot);
          if (token) await right.release(type, [slot], token.incarnation);
        }
      },
    }),
  },
  {
    what: 'keeps the first guard',
    breaks: (right) => ({
      async setGuards(type, guards) {
        for (const [name, value] of guards) {
          if ((await right.guard(type, name)) === null) await right.setGuards(type, new Map([[name, value]]));
        }
      },
    }),
  },
  { what: 'forgets generations', breaks: () => ({ generations: async () => [] }) },
  {
    what: 'loads all slots',
    breaks: (right) => ({ load: (type) => right.load(type) }),
  },
  {
    what: 'loads a page twice',
    breaks: (right) => ({
      async *load(type, slots) {
        for await (const page of right.load(type, slots)) {
          yield page;
          yield page;
        }
      },
    }),
  },
  {
    what: 'tells asks of other slots',
    breaks: (right) => ({ asks: (type) => right.asks(type, [0, 1]) }),
  },
  {
    what: 'keeps the first record',
    breaks: (right) => ({
      async putRecord(name, bytes) {
        if (!(await right.getRecord(name))) await right.putRecord(name, bytes);
      },
    }),
  },
  {
    what: 'splits batches that are too large',
    breaks: (right) => ({
      async commit(type, entries) {
        const outcomes: CommitOutcome[] = [];
        for (const entry of entries) outcomes.push(...(await right.commit(type, [entry])));
        return outcomes;
      },
    }),
  },
];

/** Lives that are broken as wholes: how a process ends and the next begins. */
export const BROKEN_LIVES: readonly { readonly what: string; wrap: (open: OpenStage) => OpenStage }[] = [
  { what: 'acknowledges before it is durable', wrap: (open) => withReopen(open, async (_, fresh) => fresh()) },
  { what: 'begins no generation in the next life', wrap: (open) => withReopen(open, async (stage) => stage) },
];

function withReopen(
  open: OpenStage,
  reopen: (stage: StoreStage, fresh: () => Promise<StoreStage>) => Promise<StoreStage>,
): OpenStage {
  return async (limits) => {
    const { stage, end } = await open(limits);
    const fresh = async () => (await open(limits)).stage;
    const wrapped: StoreStage = { ...stage, reopen: async () => wrapLife(await reopen(stage, fresh)) };
    const wrapLife = (next: StoreStage): StoreStage => ({ ...next, reopen: () => wrapped.reopen() });
    return { stage: wrapped, end };
  };
}
