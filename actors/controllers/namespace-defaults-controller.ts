/** Gives each namespace what every namespace has, and mends it: the ServiceAccount `default`, the ConfigMap `kube-root-ca.crt`. */
import {
  DEFAULT_SERVICE_ACCOUNT,
  defaultServiceAccount,
  type NewObject,
  ROOT_CA_CONFIG_MAP,
  rootCaConfigMap,
} from '../../schemas/kinds/bootstrap-objects.js';
import { StatusError } from '../../schemas/errors.js';
import { type KubeObject, keyOf, type Namespace, type ObjectKey, splitKey } from '../../schemas/meta/object.js';
import type { ResourceClient } from '../../runtime/admission/resource-client.js';
import { type Controller, type ControllerContext, done, type Outcome } from '../../runtime/reconcile/controller.js';
import type { View, ViewSpec } from '../../runtime/views/view.js';
import { namespacesView } from './namespace-view.js';
import { isNamespaceTerminating } from './pod-control.js';

interface Present {
  readonly uid: string;
  readonly isRight: boolean;
}

/** One object in each namespace. */
export interface NamespaceDefault {
  readonly controller: string;
  readonly type: string;
  readonly objectName: string;
  make(namespace: string): NewObject;
  /** Does the object say what it should? What differs is replaced by `mend`. */
  isRight(object: KubeObject): boolean;
  mend(object: KubeObject): KubeObject;
}

export const defaultServiceAccounts: NamespaceDefault = {
  controller: 'service-account-controller',
  type: 'serviceaccounts',
  objectName: DEFAULT_SERVICE_ACCOUNT,
  make: defaultServiceAccount,
  isRight: () => true,
  mend: (object) => object,
};

export function rootCaConfigMaps(caCertificatePem: string): NamespaceDefault {
  return {
    controller: 'root-ca-cert-publisher',
    type: 'configmaps',
    objectName: ROOT_CA_CONFIG_MAP,
    make: (namespace) => rootCaConfigMap(namespace, caCertificatePem),
    isRight: (object) => object['data']?.['ca.crt'] === caCertificatePem && Object.keys(object['data']).length === 1,
    mend: (object) => ({ ...object, data: { 'ca.crt': caCertificatePem } }),
  };
}

export class NamespaceDefaultsController implements Controller {
  readonly name: string;
  readonly concurrency = 10;
  readonly #spec: ViewSpec<Present>;
  #namespaces!: View<Namespace>;
  #objects!: View<Present>;

  constructor(private readonly wanted: NamespaceDefault) {
    this.name = wanted.controller;
    this.#spec = {
      type: wanted.type,
      project: (object) =>
        object.metadata.name === wanted.objectName
          ? { uid: object.metadata.uid, isRight: wanted.isRight(object) }
          : undefined,
    };
  }

  async start(context: ControllerContext): Promise<void> {
    this.#namespaces = await context.views.of(namespacesView);
    this.#objects = await context.views.of(this.#spec);
    context.watch(this.#namespaces, (_, key) => [key]);
    context.watch(this.#objects, (_, key) => [splitKey(key).namespace ?? '']);
  }

  async reconcile(key: ObjectKey, client: ResourceClient): Promise<Outcome> {
    const namespace = this.#namespaces.get(key);
    if (!namespace || namespace.metadata.deletionTimestamp) return done;
    const objectKey = keyOf(key, this.wanted.objectName);
    const present = this.#objects.get(objectKey);
    if (!present) await this.#create(key, client);
    else if (!present.isRight)
      await client.update(this.wanted.type, objectKey, present.uid, (object) => this.wanted.mend(object));
    return done;
  }

  async #create(namespace: string, client: ResourceClient): Promise<void> {
    try {
      await client.create(this.wanted.type, this.wanted.make(namespace) as never);
    } catch (error) {
      const isThere = error instanceof StatusError && error.reason === 'AlreadyExists';
      if (!isThere && !isNamespaceTerminating(error)) throw error;
    }
  }
}
