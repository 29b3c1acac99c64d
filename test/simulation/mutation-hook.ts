/** Loaded first (`node --import`): changes one module's text as it is loaded. TROUPE_MUTATION names the mutation. */
import { registerHooks } from 'node:module';
import { mutations } from './mutations.js';

const build = new URL('../../', import.meta.url).href;
const mutation = mutations.find(({ name }) => name === process.env['TROUPE_MUTATION']);
if (!mutation) throw new Error(`no mutation is called ${process.env['TROUPE_MUTATION']}`);
const { module, find, replace } = mutation;

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context);
    if (url !== build + module) return loaded;
    const source = Buffer.from(loaded.source as Uint8Array).toString();
    if (source.split(find).length !== 2) throw new Error(`${module} does not have exactly once: ${find}`);
    return { ...loaded, source: source.replace(find, () => replace) };
  },
});
