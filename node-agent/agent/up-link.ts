/** The agent's only way to the control plane: asks to its own node-link. Nothing dials in. */
import { type Bus, NoResponderError } from '../../bus/bus.js';
import { nodeUpSubject } from '../../bus/subjects.js';
import type { Random } from '../../runtime/process/random.js';
import type { NodeHello, NodeUpProtocol } from '../../schemas/messages/node-link.js';
import { agentLimits } from './agent-limits.js';

type Message<M extends keyof NodeUpProtocol> = Parameters<NodeUpProtocol[M]>[0];
type Answer<M extends keyof NodeUpProtocol> = Awaited<ReturnType<NodeUpProtocol[M]>>;

export class UpLink {
  readonly #subject: string;

  constructor(
    private readonly bus: Bus,
    private readonly nodeName: string,
    private readonly random: Random,
  ) {
    this.#subject = nodeUpSubject(nodeName);
  }

  /** Throws StatusError, NoResponderError, AskTimeoutError. Where nobody serves this node yet, says hello, so that the next try finds somebody. */
  async ask<M extends keyof NodeUpProtocol>(
    method: M,
    message: Message<M>,
    budgetMs: number = agentLimits.askBudgetMs,
  ): Promise<Answer<M>> {
    const id = this.random.uuid();
    const ask = { id, address: `node-link/${this.nodeName}`, method, message, budgetMs, from: 'system' as const };
    try {
      return (await this.bus.ask(this.#subject, ask)) as Answer<M>;
    } catch (error) {
      if (error instanceof NoResponderError) this.hello();
      throw error;
    }
  }

  hello(): void {
    this.bus.publish(this.#subject, { kind: 'hello', node: this.nodeName } satisfies NodeHello);
  }
}
