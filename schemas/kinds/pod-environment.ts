/** Rules of `env` and `envFrom`. */
import { invalid, pushInvalid, required } from '../meta/field-errors.js';
import { configMapKey, dns1123Subdomain, envVarName } from '../meta/names.js';
import { checkFieldRef, checkResourceFieldRef, ENV_FIELDS } from './pod-field-refs.js';
import { checkLocalPath, checkRequired, type Errors } from './pod-field-rules.js';
import type { Path } from './pod-path.js';

const SOURCES = '`fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`';

function checkKeyRef(errors: Errors, path: Path, ref: any): void {
  const name: string = ref.name ?? '';
  pushInvalid(errors, path.child('name'), name, dns1123Subdomain(name));
  if (!ref.key) errors.push(required(path.child('key')));
  else pushInvalid(errors, path.child('key'), ref.key, configMapKey(ref.key));
}

function checkFileKeyRef(errors: Errors, path: Path, ref: any): void {
  if (!ref.key) errors.push(required(path.child('key')));
  else pushInvalid(errors, path.child('key'), ref.key, envVarName(ref.key));
  checkRequired(errors, path, 'volumeName', ref.volumeName);
  if (!ref.path) errors.push(required(path.child('path')));
  else checkLocalPath(errors, path, 'path', ref.path);
}

function checkValueFrom(errors: Errors, path: Path, variable: any): void {
  const { fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef, fileKeyRef } = variable.valueFrom;
  let sources = 0;
  if (fieldRef && ++sources) checkFieldRef(errors, path.child('fieldRef'), fieldRef, ENV_FIELDS);
  if (resourceFieldRef && ++sources) {
    checkResourceFieldRef(errors, path.child('resourceFieldRef'), resourceFieldRef, false);
  }
  if (configMapKeyRef && ++sources) checkKeyRef(errors, path.child('configMapKeyRef'), configMapKeyRef);
  if (secretKeyRef && ++sources) checkKeyRef(errors, path.child('secretKeyRef'), secretKeyRef);
  if (fileKeyRef && ++sources) checkFileKeyRef(errors, path.child('fileKeyRef'), fileKeyRef);
  if (sources === 0) errors.push(invalid(path, '', `must specify one of: ${SOURCES}`));
  else if (variable.value) errors.push(invalid(path, '', 'may not be specified when `value` is not empty'));
  else if (sources > 1) errors.push(invalid(path, '', 'may not have more than one field specified at a time'));
}

/** One good source and no value: nearly always, so it is asked before paths are made. */
function isOrdinary({ value, valueFrom }: any): boolean {
  const { fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef, fileKeyRef } = valueFrom;
  if (value || resourceFieldRef || fileKeyRef) return false;
  if (fieldRef) {
    if (configMapKeyRef || secretKeyRef) return false;
    return fieldRef.apiVersion === 'v1' && ENV_FIELDS.includes(fieldRef.fieldPath);
  }
  if (!configMapKeyRef === !secretKeyRef) return false;
  const { name = '', key = '' } = configMapKeyRef ?? secretKeyRef;
  return dns1123Subdomain(name).length === 0 && configMapKey(key).length === 0;
}

export function checkEnv(errors: Errors, container: Path, env: readonly any[]): void {
  for (let i = 0; i < env.length; i++) {
    const variable = env[i];
    if (!variable.name) errors.push(required(container.child('env').index(i).child('name')));
    else {
      const messages = envVarName(variable.name);
      if (messages.length > 0) {
        pushInvalid(errors, container.child('env').index(i).child('name'), variable.name, messages);
      }
    }
    if (variable.valueFrom && !isOrdinary(variable)) {
      checkValueFrom(errors, container.child('env').index(i).child('valueFrom'), variable);
    }
  }
}

function checkObjectRef(errors: Errors, path: Path, ref: any): void {
  if (!ref.name) errors.push(required(path.child('name')));
  else pushInvalid(errors, path.child('name'), ref.name, dns1123Subdomain(ref.name));
}

export function checkEnvFrom(errors: Errors, container: Path, envFrom: readonly any[]): void {
  const list = container.child('envFrom');
  envFrom.forEach((source, i) => {
    const path = list.index(i);
    if (source.prefix) pushInvalid(errors, path.child('prefix'), source.prefix, envVarName(source.prefix));
    let sources = 0;
    if (source.configMapRef && ++sources) checkObjectRef(errors, path.child('configMapRef'), source.configMapRef);
    if (source.secretRef && ++sources) checkObjectRef(errors, path.child('secretRef'), source.secretRef);
    if (sources === 0) errors.push(invalid(list, '', 'must specify one of: `configMapRef` or `secretRef`'));
    else if (sources > 1) errors.push(invalid(list, '', 'may not have more than one field specified at a time'));
  });
}
