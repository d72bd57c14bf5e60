/**
 * Chromium keeps IndexedDB in LevelDB, which writes on in the log of an earlier life. When that life was
 * killed in the middle of a write, nothing can be read behind the torn record: at the next start but one the
 * browser finds its database corrupt and throws everything of this origin away
 * (https://github.com/google/leveldb/issues/1287). Measured: one kill in about a hundred while a page writes.
 * To delete a database makes LevelDB put the log into a table and begin a new one: 14 ms, beside other work.
 *
 * @param name Name of a database that is made and deleted; what is left of it after a kill is deleted next time.
 */
export const beginNewLog = (name: string): void => {
  // Only Chromium has it. Firefox and WebKit keep IndexedDB in SQLite.
  if (!('userAgentData' in navigator)) return;
  const made = indexedDB.open(name);
  made.onsuccess = () => {
    made.result.close();
    indexedDB.deleteDatabase(name);
  };
};
