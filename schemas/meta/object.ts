/** What every API object has in common, and the typed kinds that Troupe's own code reads. Times are strings as on the wire. */
import type { IDeployment, IReplicaSet } from 'kubernetes-models/apps/v1';
import type { ILease } from 'kubernetes-models/coordination.k8s.io/v1';
import type { IPriorityClass } from 'kubernetes-models/scheduling.k8s.io/v1';
import type {
  IConfigMap,
  IContainer,
  IContainerStatus,
  IEvent,
  INamespace,
  INode,
  IPod,
  IPodSpec,
  IPodStatus,
  IPodTemplateSpec,
  ISecret,
  IService,
  IServiceAccount,
  ITaint,
  IToleration,
  IVolume,
} from 'kubernetes-models/v1';

export interface OwnerReference {
  apiVersion: string;
  kind: string;
  name: string;
  uid: string;
  controller?: boolean;
  blockOwnerDeletion?: boolean;
}

/** As stored: the fields that the resource actor sets are always there. */
export interface ObjectMeta {
  name: string;
  generateName?: string;
  namespace?: string;
  uid: string;
  resourceVersion: string;
  generation?: number;
  creationTimestamp: string;
  deletionTimestamp?: string;
  deletionGracePeriodSeconds?: number;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  ownerReferences?: OwnerReference[];
  finalizers?: string[];
  [field: string]: unknown;
}

/** Any API object, as plain JSON. Treat as immutable once it has been handed to somebody: build a new one that shares the unchanged parts. */
export interface KubeObject {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
  [field: string]: any;
}

type Stored<T> = Omit<T, 'metadata'> & KubeObject;

export type Pod = Stored<Omit<IPod, 'spec'>> & { spec: PodSpec; status?: PodStatus };
export type PodSpec = IPodSpec;
export type PodStatus = IPodStatus;
export type PodTemplateSpec = IPodTemplateSpec;
export type Container = IContainer;
export type ContainerStatus = IContainerStatus;
export type Volume = IVolume;
export type Toleration = IToleration;
export type Taint = ITaint;
export type Node = Stored<INode>;
export type Namespace = Stored<INamespace>;
export type ConfigMap = Stored<IConfigMap>;
export type Secret = Stored<ISecret>;
export type Service = Stored<IService>;
export type ServiceAccount = Stored<IServiceAccount>;
export type Event = Stored<IEvent>;
export type Lease = Stored<ILease>;
export type Deployment = Stored<IDeployment>;
export type ReplicaSet = Stored<IReplicaSet>;
export type PriorityClass = Stored<IPriorityClass>;

/** The condition shape that nearly all kinds share. */
export interface Condition {
  type: string;
  status: 'True' | 'False' | 'Unknown';
  reason?: string;
  message?: string;
  lastTransitionTime?: string;
  [field: string]: unknown;
}

/** `namespace/name`, or `name` for cluster-scoped objects: the key of an object within its type. */
export type ObjectKey = string;

export function keyOf(namespace: string | undefined, name: string): ObjectKey {
  return namespace ? `${namespace}/${name}` : name;
}

export function keyOfObject(object: { metadata: { namespace?: string; name: string } }): ObjectKey {
  return keyOf(object.metadata.namespace, object.metadata.name);
}

export function splitKey(key: ObjectKey): { namespace: string | undefined; name: string } {
  const slash = key.indexOf('/');
  return slash < 0
    ? { namespace: undefined, name: key }
    : { namespace: key.slice(0, slash), name: key.slice(slash + 1) };
}

/** The reference that marks its holder as controlled by `owner`. */
export function controllerRef(owner: KubeObject): OwnerReference {
  return {
    apiVersion: owner.apiVersion,
    kind: owner.kind,
    name: owner.metadata.name,
    uid: owner.metadata.uid,
    controller: true,
    blockOwnerDeletion: true,
  };
}

export function controllerOf(object: { metadata: { ownerReferences?: OwnerReference[] } }): OwnerReference | undefined {
  return object.metadata.ownerReferences?.find((reference) => reference.controller === true);
}
