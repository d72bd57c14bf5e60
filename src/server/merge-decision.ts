import type { MergeDecision } from './ports.ts';
import { isPolicyOf, type MergePolicies, type SiteRules } from './site.ts';

/** A hook whose decision is none: its author finds it in the log, and no guest is lost over it. */
export class DecisionError extends Error {
  override readonly name = 'DecisionError';
}

/** What a hook says in JavaScript is known to nobody: what it leaves out, or says as `null`, is not said. */
export const checkedDecision = (decision: unknown, { collections }: SiteRules): MergeDecision | undefined => {
  if (decision == null) return undefined;
  const { policy, veto } = decision as { readonly policy?: unknown; readonly veto?: unknown };
  if (policy != null && typeof policy !== 'object') throw new DecisionError('beforeMerge: `policy` is by collection.');
  const said = Object.entries(policy ?? {}).filter(([, name]) => name != null);
  for (const [collection, name] of said)
    if (!isPolicyOf(collection, name, collections)) throw new DecisionError(`beforeMerge: no policy of ${collection}.`);
  const isList = Array.isArray(veto) && veto.every((name) => typeof name === 'string');
  if (veto != null && veto !== true && veto !== false && !isList)
    throw new DecisionError('beforeMerge: `veto` is a list of collections, or true.');
  return {
    policy: Object.fromEntries(said) as MergePolicies,
    ...(veto ? { veto: veto as readonly string[] | true } : {}),
  };
};
