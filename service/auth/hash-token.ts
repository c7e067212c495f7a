import { createHash, randomBytes } from 'node:crypto';
import { stringify } from 'yaml';
import { ROLES } from '../contract/access-files.ts';

// npm run hash-token -- NAME ROLE NAMESPACE...: makes a random token, prints it once, and the entry for AUTH_TOKENS_FILE.

const [name, role, ...namespaces] = process.argv.slice(2);
if (!name || !ROLES.some((known) => known === role) || namespaces.length === 0) {
  console.error(`Usage: npm run hash-token -- NAME ${ROLES.join('|')} NAMESPACE... (or '*')`);
  process.exit(1);
}
const token = `mlp_${randomBytes(32).toString('base64url')}`;
const sha256 = createHash('sha256').update(token).digest('hex');
console.error(`Give this token to ${name}; it is shown only now:\n${token}\n\nAppend this to AUTH_TOKENS_FILE:`);
console.log(stringify([{ name, sha256, role, namespaces }]).trimEnd());
