import { closeSync, existsSync, fdatasyncSync, openSync, rmSync, writeSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { decodeJwt } from 'jose';
import { serverErrors } from '../../core/error-registry.ts';
import { RelevoError } from '../../core/relevo-error.ts';
import { createVerifyToken } from '../auth.ts';
import { channelSecrets } from '../channel-secrets.ts';
import { type Config, readConfig, type SiteConfig, type TokenRules, tokenRules } from '../config.ts';
import { refuseDevKeys } from '../dev-keys.ts';
import { listedOrigins, localOrigins } from '../origins.ts';
import { sqliteStore } from '../stores/sqlite.ts';
import { faultsOfFile } from '../stores/sqlite-file.ts';
import { devConfig } from './dev-site.ts';
import type { Env } from './main.ts';
import type { Settings } from './settings.ts';

type Finding = { readonly ok: boolean; readonly text: string };

const good = (text: string): Finding => ({ ok: true, text });
const bad = (text: string): Finding => ({ ok: false, text });

/** Checks what a server needs, and says in words why a token or an origin is refused. Exit code 1 when something is wrong. */
export const doctor = async (settings: Settings, env: Env): Promise<number> => {
  const config = settings.dev ? devConfig(env) : readConfig(settings.config);
  const findings = [
    good(`configuration: ${Object.keys(config.sites).length} site(s)`),
    ...(await checkDatabase(settings.db)),
    ...checkSecrets(config, env),
    ...(await checkKeys(config)),
  ];
  const key = settings.site ?? Object.keys(config.sites)[0] ?? '';
  const site = Object.hasOwn(config.sites, key) ? config.sites[key] : undefined;
  if (!site) findings.push(bad(`site: the configuration has no "${key}"`));
  else {
    const rules = usableRules(site, env);
    if (settings.token !== undefined && Array.isArray(rules))
      findings.push(await checkToken(key, { rules, token: settings.token }));
    if (settings.origin !== undefined)
      findings.push(checkOrigin(key, { site, origin: settings.origin, dev: settings.dev }));
  }
  for (const { ok, text } of findings) console.log(`${ok ? 'ok  ' : 'FAIL'}  ${text}`);
  return findings.every(({ ok }) => ok) ? 0 : 1;
};

const checkDatabase = async (db: string): Promise<Finding[]> => {
  const made = existsSync(db) ? '' : ' made new,';
  try {
    const store = sqliteStore({ path: db });
    const restoredAt = await store.write(async (tx) => {
      await tx.putMeta('doctor', '1');
      return tx.meta('restored-at');
    });
    await store.close();
    const faults = faultsOfFile(db);
    if (faults.length > 0)
      return [bad(`database ${db}: damaged (${faults.join('; ').replace(/\s+/g, ' ')}). Put a backup in its place.`)];
    const ms = medianFlushMs(`${db}.doctor`);
    const rate = Math.round(1_000 / Math.max(ms, 0.001));
    return [
      good(
        `database ${db}:${made} reads and writes; a flush to its disk takes ${ms.toFixed(2)} ms, so ${rate} commits a second, each for many changes`,
      ),
      ...(restoredAt === undefined
        ? []
        : [good(`data: restored, ${new Date(Number(restoredAt)).toISOString()}; devices hand back what was lost`)]),
    ];
  } catch (error) {
    return [bad(`database ${db}: ${error instanceof Error ? error.message : ''}`)];
  }
};

/** A site's token rules, or why the server would not start with them. */
const usableRules = (site: SiteConfig, env: Env): TokenRules[] | string => {
  try {
    const rules = tokenRules(site, env);
    refuseDevKeys(rules, env);
    return rules;
  } catch (error) {
    return error instanceof Error ? error.message : '';
  }
};

const checkSecrets = ({ sites }: Config, env: Env): Finding[] => [
  ...Object.entries(sites).flatMap(([key, site]) => {
    const rules = usableRules(site, env);
    return typeof rules === 'string' ? [bad(`secrets of ${key}: ${rules}`)] : [];
  }),
  ...checkChannels(sites, env),
];

const checkChannels = (sites: Config['sites'], env: Env): Finding[] => {
  try {
    const { keys, webhooksBySite } = channelSecrets(sites, env);
    const webhooks = Object.values(webhooksBySite).flat().length;
    const names = keys.map(({ name, site }) => `${name} of ${site}`).join(', ') || 'none';
    return [good(`server keys: ${names}; webhook secrets: ${webhooks}`)];
  } catch (error) {
    return [bad(`server keys: ${error instanceof Error ? error.message : ''}`)];
  }
};

/** Median of 21 flushes of a file beside the database. */
const medianFlushMs = (path: string): number => {
  const file = openSync(path, 'w', 0o600);
  try {
    const times = Array.from({ length: 21 }, () => {
      const startMs = performance.now();
      writeSync(file, 'x'.repeat(4_096));
      fdatasyncSync(file);
      return performance.now() - startMs;
    });
    return times.sort((a, b) => a - b)[10] ?? 0;
  } finally {
    closeSync(file);
    rmSync(path);
  }
};

const checkKeys = async ({ sites }: Config): Promise<Finding[]> => {
  const urls = Object.values(sites).flatMap(({ tokens }) =>
    tokens.flatMap((rule) => ('jwksUrl' in rule ? [rule.jwksUrl] : [])),
  );
  return Promise.all(
    urls.map(async (url) => {
      try {
        const reply = await fetch(url, { signal: AbortSignal.timeout(5_000) });
        const body = (await reply.json()) as { keys?: unknown };
        if (!reply.ok || !Array.isArray(body.keys)) return bad(`keys ${url}: answered ${reply.status}, no key set`);
        return good(`keys ${url}: ${body.keys.length} key(s)`);
      } catch (error) {
        return bad(`keys ${url}: cannot be fetched (${error instanceof Error ? error.message : ''})`);
      }
    }),
  );
};

const checkToken = async (
  key: string,
  { rules, token }: { rules: readonly TokenRules[]; token: string },
): Promise<Finding> => {
  const verify = createVerifyToken({ [key]: rules }, { now: () => Date.now() });
  try {
    const { customer, expiresAtMs } = await verify(key, token);
    return good(`token: customer "${customer}" until ${new Date(expiresAtMs).toISOString()}`);
  } catch (error) {
    const code = error instanceof RelevoError ? error.code : 'server/internal';
    const words = (serverErrors as Readonly<Record<string, string>>)[code] ?? '';
    const wanted = rules
      .map((rule) => `issuer ${rule.issuer}, audience ${rule.audience}, ${rule.algorithms.join('/')}`)
      .join('; or ');
    return bad(
      `token: ${code}. ${words} It says ${claimsOf(token)}; ${key} wants ${wanted || 'no tokens: none are configured'}`,
    );
  }
};

const claimsOf = (token: string): string => {
  try {
    const { iss, aud, exp, nbf, sub } = decodeJwt(token);
    const when = (s: number | undefined) => (s === undefined ? 'absent' : new Date(s * 1_000).toISOString());
    return `iss ${iss ?? 'absent'}, aud ${String(aud ?? 'absent')}, sub ${sub === undefined ? 'absent' : 'present'}, exp ${when(exp)}, nbf ${when(nbf)}`;
  } catch {
    return 'nothing that can be read as a JWT';
  }
};

const checkOrigin = (
  key: string,
  { site, origin, dev }: { site: SiteConfig; origin: string; dev: boolean },
): Finding => {
  if (dev ? localOrigins(origin) : listedOrigins(site.origins)(origin))
    return good(`origin ${origin}: listed for ${key}`);
  if (origin === 'null')
    return bad('origin null: that is a sandboxed frame or a file; it cannot be listed. Serve the page over http(s).');
  const normal = normalOrigin(origin);
  if (normal === undefined) return bad(`origin ${origin}: this is no origin; one looks like https://shop.example`);
  if (normal !== origin && site.origins.includes(normal)) {
    return bad(
      `origin ${origin}: ${key} lists ${normal}; browsers send it so, without path, trailing slash or capitals`,
    );
  }
  const near = site.origins.find((listed) => hostOf(listed) === hostOf(origin));
  if (near) return bad(`origin ${origin}: ${key} lists ${near}; scheme and port must be the same too`);
  return bad(
    `origin ${origin}: not listed for ${key}; add it to "origins" (now ${site.origins.join(', ') || 'empty'})`,
  );
};

const normalOrigin = (text: string): string | undefined => (URL.canParse(text) ? new URL(text).origin : undefined);
const hostOf = (text: string): string | undefined => (URL.canParse(text) ? new URL(text).hostname : undefined);
