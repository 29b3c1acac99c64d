/** That an object in a body is the one that the URL names. */
import { BadRequestError } from '../../schemas/errors.js';
import type { Draft } from '../../runtime/admission/resource-client.js';
import type { ResourceCall } from '../resource-call.js';

function metadataOf(object: Draft): Draft['metadata'] {
  object.metadata ??= {};
  return object.metadata;
}

/** Sets the namespace of an object to be created. The object is the request's own, freshly decoded. Throws BadRequestError. */
export function placeNewObject({ definition, path }: ResourceCall, object: Draft): void {
  const metadata = metadataOf(object);
  if (!definition.namespaced) {
    delete metadata.namespace;
  } else if (!metadata.namespace) {
    metadata.namespace = path.namespace as string;
  } else if (metadata.namespace !== path.namespace) {
    throw new BadRequestError('the namespace of the provided object does not match the namespace sent on the request');
  }
}

/** Checks name and namespace of an object that replaces the one at the URL. Throws BadRequestError. */
export function checkReplacement({ definition, path }: ResourceCall, object: Draft): void {
  const metadata = metadataOf(object);
  const name = path.name as string;
  if (!metadata.name) {
    throw new BadRequestError(
      `the name of the object (${name} based on URL) was undeterminable: name must be provided`,
    );
  }
  if (metadata.name !== name) {
    throw new BadRequestError(`the name of the object (${metadata.name}) does not match the name on the URL (${name})`);
  }
  if (!definition.namespaced) {
    delete metadata.namespace;
  } else if (!metadata.namespace) {
    metadata.namespace = path.namespace as string;
  } else if (metadata.namespace !== path.namespace) {
    throw new BadRequestError(
      `the namespace of the object (${metadata.namespace}) does not match the namespace on the request (${path.namespace})`,
    );
  }
}
