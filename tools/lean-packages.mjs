// Rollup plugins that leave out of bundled packages what nothing of ours calls and no bundler can know to
// be unused. Each fails the build when the package looks otherwise than when it was written.

/**
 * idb adds its shortcuts and iterators to its proxies while it loads. We only open a database with it,
 * and take the plain one out of the proxy.
 */
export const idbWithoutExtras = {
  name: 'idb-without-extras',
  transform(code, id) {
    if (!/\/node_modules\/idb\//.test(id)) return null;
    const pieces = code.split(/^(?=replaceTraps\()/m);
    if (pieces.length !== 3) this.error('idb adds its extras in another way than before');
    return { code: pieces.join('/* @__PURE__ */ '), map: null };
  },
};

const stateMethods = ['saveState', 'restoreState', 'cleanSavedState'];

/** SHA-256 saves and restores its state for HMAC and PBKDF2, which we have no use for. */
export const sha256WithoutState = {
  name: 'sha256-without-state',
  transform(code, id) {
    if (!/\/node_modules\/@stablelib\/sha256\/lib\/sha256\.js$/.test(id)) return null;
    const members = this.parse(code).body.flatMap(({ declaration }) =>
      declaration?.type === 'ClassDeclaration' ? declaration.body.body : [],
    );
    // Each from the end of the member before it, so that its comment goes too.
    const unused = members.flatMap(({ key, end }, index) =>
      stateMethods.includes(key.name) ? [{ start: members[index - 1].end, end }] : [],
    );
    if (unused.length !== stateMethods.length) this.error('SHA256 has other methods than before');
    const used = unused.reduceRight((rest, { start, end }) => rest.slice(0, start) + rest.slice(end), code);
    if (stateMethods.some((name) => used.includes(`.${name}(`))) this.error('SHA256 uses its saved state');
    return { code: used, map: null };
  },
};
