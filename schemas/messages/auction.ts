/** What the auctioneer (`auctioneer/main`) and the bidders (`bidder/<pool>`) tell each other. Plain data: it crosses the bus. */
import type { Guard } from './resource.js';
import type { ObjectKey, Toleration } from '../meta/object.js';

/** One term of a node affinity: all expressions must hold. */
export interface NodeTerm {
  readonly matchExpressions?: readonly NodeExpression[];
  readonly matchFields?: readonly NodeExpression[];
}

export interface NodeExpression {
  readonly key: string;
  readonly operator: string;
  readonly values?: readonly string[];
}

export interface HostPort {
  readonly ip: string;
  readonly protocol: string;
  readonly port: number;
}

/** All that decides where a pod may run: pods with the same `class` are alike to the scheduler. */
export interface PodRequest {
  readonly class: string;
  readonly cpuMillis: number;
  readonly memoryBytes: number;
  /** Every other resource in its whole units: ephemeral-storage, hugepages, extended ones. */
  readonly others: Readonly<Record<string, number>>;
  /** With a default for containers that ask for nothing: for scores only. */
  readonly scoredCpuMillis: number;
  readonly scoredMemoryBytes: number;
  readonly nodeSelector?: Readonly<Record<string, string>>;
  /** At least one term must match; absent: any node. */
  readonly requiredTerms?: readonly NodeTerm[];
  readonly preferredTerms?: readonly { readonly weight: number; readonly term: NodeTerm }[];
  readonly tolerations: readonly Toleration[];
  readonly hostPorts: readonly HostPort[];
}

/** The nodes of a pool, whole. `version` is the auctioneer's, and new for each. */
export interface Assignment {
  readonly version: string;
  readonly nodes: readonly string[];
}

/** Where could `count` pods like this one run? */
export interface CallForBids {
  readonly request: PodRequest;
  readonly count: number;
  /** The revision of pods that the call was made from: bidders answer when their views have it. */
  readonly podsRevision: number;
  readonly assignment: string;
}

/** A place for one pod. Offers are in the order in which the bidder would take them, each counting on those before it. */
export interface Offer {
  readonly node: string;
  readonly score: number;
}

/** Why the nodes of a pool take no (more) pods of a call. */
export interface Decline {
  readonly nodes: number;
  /** Kubernetes' reason → number of nodes. */
  readonly reasons: Readonly<Record<string, number>>;
  /** Nodes where no removal of pods could help. */
  readonly hopeless: number;
}

/** `unassigned`: the bidder has another assignment than the auctioneer thinks (it was restarted). */
export type Bid =
  | { readonly kind: 'bid'; readonly offers: readonly Offer[]; readonly decline?: Decline }
  | { readonly kind: 'unassigned' };

export interface Award {
  readonly request: PodRequest;
  readonly pods: readonly { readonly key: ObjectKey; readonly uid: string; readonly node: string }[];
  /** The auctioneer's right to decide. */
  readonly guard: Guard;
}

/** A place that another scheduler chose for a pod. */
export interface OutsideBinding {
  readonly request: PodRequest;
  readonly key: ObjectKey;
  readonly uid: string;
  readonly node: string;
}

export interface AuctioneerProtocol {
  /** Awards without a call; refused where the node has no room or is unknown. Repeatable. */
  bindOutside(message: OutsideBinding): Promise<AwardOutcome>;
}

/** refused: nothing was bound; `why` in words. gone: the pod no longer is, or is bound already. */
export type AwardOutcome =
  | { readonly kind: 'bound' }
  | { readonly kind: 'gone' }
  | { readonly kind: 'refused'; readonly why: string };

export interface BidderProtocol {
  /** Takes over the nodes that are new to it (guards, fresh views) and drops those that are missing. Repeatable. */
  assign(message: Assignment): Promise<void>;
  /** Reserves nothing. */
  bid(message: CallForBids): Promise<Bid>;
  /** Reserves, then binds; answers in order of the pods when the fate of all is known. Repeatable. */
  award(message: Award): Promise<readonly AwardOutcome[]>;
}
