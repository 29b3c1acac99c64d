/** What Troupe knows about one kind of object: the one place per kind that the gateway, the resource actor and discovery read. */
import type { FieldError } from '../errors.js';
import type { KubeObject } from '../meta/object.js';

/** A printer column of `kubectl get`. `priority` 0 is always shown, 1 only with `-o wide`. */
export interface Column {
  name: string;
  type: 'string' | 'integer' | 'number' | 'boolean' | 'date';
  format?: string;
  description: string;
  priority: 0 | 1;
}

export type Cell = string | number | boolean | null;

/** A subresource as discovery shows it. */
export interface Subresource {
  /** After the slash: `status`, `scale`, `log`, … */
  name: string;
  /** Its own kind in discovery, where it differs from the parent's (pods/eviction = policy/v1 Eviction). */
  group?: string;
  version?: string;
  kind: string;
  verbs: readonly string[];
}

/** What a rule may need to know beside the object. All of it is data: rules do no I/O. */
export interface RuleContext {
  nowMs: number;
  /** A v4 uuid from the Random port, for the rules that mint one. */
  uuid(): string;
}

/** Rules of a subresource that writes a part of the object. */
export interface TargetRules {
  /** In place on `next`: keep everything but that part. */
  prepare(next: any, previous: any): void;
  validate(next: any, previous: any): FieldError[];
}

export interface KindDefinition {
  /** `<plural>` in the core group, `<plural>.<group>` elsewhere: the actor type, the store's type, the bus's token. */
  readonly type: string;
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly listKind: string;
  readonly plural: string;
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly namespaced: boolean;
  /** False: no object is ever stored; POST is answered from the request (SelfSubjectReview, …). */
  readonly stored: boolean;
  readonly verbs: readonly string[];
  readonly subresources: readonly Subresource[];
  /** Full definition name in the OpenAPI documents: `io.k8s.api.apps.v1.Deployment`. */
  readonly schema: string;
  /** True where `metadata.generation` counts spec changes. */
  readonly hasGeneration: boolean;
  /** PUT of a missing object creates it. */
  readonly createOnUpdate: boolean;
  /** PUT without resourceVersion is refused with 422. */
  readonly requiresResourceVersionOnUpdate: boolean;
  /** Seconds between a delete and the end of a bound object; undefined for all kinds but pods. */
  graceSecondsOf?(object: KubeObject): number | undefined;

  /** Fields usable in a field selector besides metadata.name and metadata.namespace. Values are strings ('' when absent). */
  readonly selectableFields: Readonly<Record<string, (object: any) => string>>;

  /** Sets Kubernetes' defaults in place. Idempotent. Called for creates and updates, before validation. */
  applyDefaults(object: any): void;
  /** Called once for a create, in place: drop what clients may not set (status), set initial phase and the like. */
  prepareForCreate?(object: any, context: RuleContext): void;
  /** Called for an update of the main resource, in place on `next`: keep what only /status may change. */
  prepareForUpdate?(next: any, previous: any): void;
  /** Called for an update through /status, in place on `next`: keep everything but status (and labels, annotations where Kubernetes does). */
  prepareForStatusUpdate?(next: any, previous: any): void;
  /** All violations, in Kubernetes' order and words. Structure and types have been checked before. */
  validate(object: any): FieldError[];
  /** Rules of a creation only; `validate` is called as well. */
  validateCreate?(object: any): FieldError[];
  /** Rules about the change, but for those about metadata; `validate(next)` is called as well. */
  validateUpdate?(next: any, previous: any): FieldError[];
  validateStatusUpdate?(next: any, previous: any): FieldError[];
  /** By subresource (pods: ephemeralcontainers, resize): in place of prepareForUpdate and validateUpdate; `validate(next)` is called as well. */
  readonly targetRules?: Readonly<Record<string, TargetRules>>;
  /** Warnings for a create or update (deprecated fields and the like). */
  warningsOf?(object: any): string[];

  /** Columns after Kubernetes' own printers; the first is Name, but for Events. */
  readonly columns: readonly Column[];
  /** Cells in the order of `columns`. `nowMs` is for ages. */
  cells(object: any, nowMs: number): Cell[];
}
