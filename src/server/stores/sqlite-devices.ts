import type { Database } from 'better-sqlite3';
import type { DeviceRow, ReadTx, WriteTx } from '../store.ts';
import type { DeviceReads, DeviceWrites, KnownDevice, RevokedRow } from '../store-devices.ts';
import type { Lease } from './settle-in-time.ts';

const columns = 'device.id AS id, device.seen_at AS seenAt, device.signed_out_at AS signedOutAt';

/** Prepares the statements that read a customer's devices. */
export const prepareDeviceReads = (db: Database): ((lease: Lease) => DeviceReads & Pick<ReadTx, 'device'>) => {
  const device = db.prepare<[string, string], DeviceRow>(`SELECT ${columns} FROM device WHERE space = ? AND id = ?`);
  const devices = db.prepare<[string], KnownDevice>(
    `SELECT ${columns}, coalesce(note.channel, '') AS channel, coalesce(note.since, device.seen_at) AS since
     FROM device LEFT JOIN device_note AS note ON note.space = device.space AND note.id = device.id
     WHERE device.space = ? ORDER BY device.seen_at DESC, device.id`,
  );
  const revoked = db.prepare<[string, string], Omit<RevokedRow, 'before'> & { before: string | null }>(
    'SELECT device, at, known_ms AS knownMs, before FROM revoked WHERE space = ? AND device = ?',
  );
  return ({ check }) => ({
    async device(space, id) {
      check();
      return device.get(space, id);
    },
    async devices(space) {
      check();
      return devices.all(space);
    },
    async revoked(space, id) {
      check();
      const row = revoked.get(space, id);
      return row && { ...row, before: row.before === null ? null : (JSON.parse(row.before) as string[]) };
    },
  });
};

/** Prepares the statements that write them. */
export const prepareDeviceWrites = (db: Database): ((lease: Lease) => DeviceWrites & Pick<WriteTx, 'putDevice'>) => {
  const put = db.prepare('INSERT OR REPLACE INTO device (space, id, seen_at, signed_out_at) VALUES (?, ?, ?, ?)');
  const trim = db.prepare(
    `DELETE FROM device WHERE space = ? AND id IN
     (SELECT id FROM
       (SELECT id, row_number() OVER (PARTITION BY seen_at > signed_out_at ORDER BY id = ? DESC, seen_at DESC, id) AS nth
        FROM device WHERE space = ?)
      WHERE nth > ?)`,
  );
  const [replaceNote, keepNote] = ['REPLACE', 'IGNORE'].map((how) =>
    db.prepare(`INSERT OR ${how} INTO device_note (space, id, channel, since) VALUES (?, ?, ?, ?)`),
  );
  const trimNotes = db.prepare(
    'DELETE FROM device_note WHERE space = ? AND id NOT IN (SELECT id FROM device WHERE space = ?)',
  );
  const revoke = db.prepare(
    'INSERT OR REPLACE INTO revoked (space, device, at, known_ms, before) VALUES (?, ?, ?, ?, ?)',
  );
  const trimRevoked = db.prepare(
    `DELETE FROM revoked WHERE space = ? AND device IN
     (SELECT device FROM revoked WHERE space = ? ORDER BY device = ? DESC, known_ms DESC, at DESC, device LIMIT -1 OFFSET ?)`,
  );
  return ({ check }) => ({
    async putDevice(space, { id, seenAt, signedOutAt }, most) {
      check();
      put.run(space, id, seenAt, signedOutAt);
      trim.run(space, id, space, most);
    },
    async noteDevice(space, { id, channel, since }, { isBack }) {
      check();
      (isBack ? replaceNote : keepNote)?.run(space, id, channel, since);
      trimNotes.run(space, space);
    },
    async putRevoked(space, { device, at, knownMs, before }, most) {
      check();
      revoke.run(space, device, at, knownMs, before && JSON.stringify(before));
      trimRevoked.run(space, space, device, most);
    },
  });
};
