/** Keeps the node-links of existing nodes awake, and wakes those of nodes that say hello. Address: `node-link-keeper/main`. */
import type { Subscription } from '../../bus/bus.js';
import { nodeUpSubject } from '../../bus/subjects.js';
import type { Actor, ActorContext } from '../../runtime/actor/actor.js';
import type { View, ViewSpec } from '../../runtime/views/view.js';
import type { NodeHello, NodeLinkProtocol } from '../../schemas/messages/node-link.js';
import type { Heartbeats } from './heartbeats.js';

const nodeNames: ViewSpec<string> = { type: 'nodes', project: (node) => node.metadata.name };

export class NodeLinkKeeper implements Actor {
  #subscription: Subscription | undefined;
  #unwatch: (() => void) | undefined;
  #stopped = false;

  constructor(
    private readonly self: ActorContext,
    private readonly heartbeats: Heartbeats,
  ) {}

  async start(): Promise<void> {
    this.#subscription = this.self.bus.subscribe('up.>', (message, subject) =>
      this.#hello(message as Partial<NodeHello>, subject),
    );
    const view: View<string> = await this.self.views.of(nodeNames);
    this.#unwatch = view.onChange(({ after, before }) => {
      if (after !== undefined && before === undefined) this.#wake(after);
      if (after === undefined && before !== undefined) this.heartbeats.forget(before);
    });
    for (const [, name] of view.all()) this.#wake(name);
  }

  stop(): void {
    this.#stopped = true;
    this.#subscription?.end();
    this.#unwatch?.();
  }

  /** Who speaks is told by the subject. */
  #hello(message: Partial<NodeHello>, subject: string): void {
    const { kind, node } = message ?? {};
    if (kind === 'hello' && typeof node === 'string' && nodeUpSubject(node) === subject) this.#wake(node);
  }

  /** Failures are repeated by the agent's next hello. */
  #wake(node: string): void {
    if (this.#stopped) return;
    this.self.directory
      .ref<NodeLinkProtocol>('node-link', node)
      .wake({})
      .catch(() => undefined);
  }
}
