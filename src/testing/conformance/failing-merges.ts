type Transaction = { putClaim(row: { readonly status: string }): Promise<void> };
type Written = { write(body: (tx: Transaction) => Promise<unknown>): Promise<unknown> };

/** A server's store that fails at the last write of a merge, as often as it is told to: all before must be undone. */
export const failingMerges = () => {
  let left = 0;
  const fails = (tx: Transaction): Transaction =>
    new Proxy(tx, {
      get: (target, name) =>
        name === 'putClaim'
          ? async (row: { readonly status: string }) => {
              if (row.status === 'merged' && left-- > 0) throw new Error('the disk failed');
              return target.putClaim(row);
            }
          : Reflect.get(target, name),
    });
  return {
    fail(times: number): void {
      left = times;
    },
    over: <S extends object>(store: S): S => {
      const { write } = store as unknown as Written;
      return Object.assign(Object.create(store), {
        write: (body: (tx: Transaction) => Promise<unknown>) =>
          write.call(store, (tx) => body(left > 0 ? fails(tx) : tx)),
      }) as S;
    },
  };
};
