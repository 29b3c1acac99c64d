/** What the volumes of one pod may read of the API. */
import type { Pod } from '../../schemas/meta/object.js';
import type { VolumeSources } from '../volumes/pod-volumes.js';
import type { PodServices } from './pod-services.js';

export function volumeSources({ config }: PodServices, pod: Pod): VolumeSources {
  return {
    configMap: (namespace, name) => config.configMap(namespace, name),
    secret: (namespace, name) => config.secret(namespace, name),
    token: (audience, expirationSeconds) => config.token(pod, audience ? [audience] : [], expirationSeconds),
  };
}
