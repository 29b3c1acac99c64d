/** Rules that are taken out one at a time: a simulation that does not notice would not notice a bug either. Applied to compiled modules as they are loaded. */
export interface Mutation {
  readonly name: string;
  /** Below the build folder. */
  readonly module: string;
  /** Occurs exactly once in the compiled module. */
  readonly find: string;
  readonly replace: string;
}

export const mutations: readonly Mutation[] = [
  {
    name: 'a write is acknowledged before it is flushed',
    module: 'runtime/snapshots/memory-store.js',
    find: 'this.#queue.add(afterMs, () => {\n            for (const [type, decision] of decisions) {',
    replace:
      'answer(new Map(decisions.map(([type, made]) => [type, made instanceof Error ? made : made.outcomes]))); this.#queue.add(afterMs, () => {\n for (const [type, decision] of decisions) {',
  },
  {
    name: 'a precondition on the resourceVersion is not looked at',
    module: 'actors/resources/preconditions.js',
    find: 'if (resourceVersion && resourceVersion !== current.resourceVersion)\n        return new ConflictError(about);',
    replace: '',
  },
  {
    name: 'a bidder does not reserve what it was awarded',
    module: 'actors/scheduler/bidder-actor.js',
    find: 'this.#ledger.reserve(pod.uid, pod.node, request);',
    replace: '',
  },
  {
    name: 'room that becomes free wakes no waiting pod',
    module: 'actors/scheduler/auctioneer-actor.js',
    find: "if (before && !after)\n                this.#wake('room');",
    replace: '',
  },
  {
    name: 'a resumed watch does not read the log',
    module: 'gateway/watch/watch.js',
    find: 'if (watcher.revision === this.#cache.revision)',
    replace: 'watcher.seen(this.#cache.storeGeneration, this.#cache.revision);\n if (true)',
  },
  {
    name: 'a heartbeat does not find that an agent was not told',
    module: 'actors/node-links/node-link-actor.js',
    find: 'const resend = this.#sent === undefined || this.#sent.revision !== desiredRevision;',
    replace: 'const resend = this.#sent === undefined;',
  },
  {
    name: 'an agent obeys changes that do not follow what it knows',
    module: 'node-agent/agent/desired-state.js',
    find: 'if (storeGeneration !== this.#generation || after !== this.#revision)',
    replace: 'if (false)',
  },
  {
    name: 'a report that was refused is not made again',
    module: 'node-agent/agent/status-reporter.js',
    find: 'this.options.clock.after(agentLimits.reconnectMaxMs, () => actor.reportable && this.changed(actor));',
    replace: '',
  },
  {
    name: 'an object that leaves a selector is not told',
    module: 'gateway/selection.js',
    find: "return before ? 'DELETED' : undefined;",
    replace: "return kind === 'deleted' ? 'DELETED' : undefined;",
  },
  {
    name: 'an agent leaves what nobody wants',
    module: 'node-agent/agent/adoption.js',
    find: 'const orphans = [...this.#found].filter(([uid]) => !isWanted(uid));',
    replace: 'const orphans = [];',
  },
  {
    name: 'dependents of an owner that is gone are left',
    module: 'actors/controllers/garbage-collector.js',
    find: 'for (const { type: other, item } of this.#dependentsOf(before.uid))\n                this.#enqueue(other, item.key);',
    replace: '',
  },
  {
    name: 'a node is served without waiting for what others bound to it',
    module: 'actors/scheduler/bidder-actor.js',
    find: 'for (const [, pod] of this.#pods.all())\n            this.#ledger.see(pod.uid, pod.node, pod.request);',
    replace: '',
  },
  {
    name: 'a namespace ends before what is in it',
    module: 'actors/controllers/namespace-controller.js',
    find: 'if (remains.instances.size === 0 && remains.failures.length === 0) {',
    replace: 'if (true) {',
  },
  {
    name: 'pods of a node that is gone are left',
    module: 'actors/controllers/pod-garbage-collector.js',
    find: 'await this.#removeOrphans(nodes, client);',
    replace: '',
  },
];
