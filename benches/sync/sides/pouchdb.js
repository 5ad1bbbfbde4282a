// PouchDB with its IndexedDB adapter, replicating from the same server's CouchDB door.
import PouchDB from "pouchdb-browser";

const PAGE = 2000;

globalThis.benchReady = async () => true;

globalThis.benchFirst = async () => {
  const begun = performance.now();
  const local = new PouchDB("bench");
  const remote = new PouchDB(`${location.origin}/couch`);
  const outcome = await PouchDB.replicate(remote, local, { batch_size: PAGE });
  if (!outcome.ok || outcome.errors.length > 0) throw new Error(JSON.stringify(outcome));
  return performance.now() - begun;
};

globalThis.benchCount = async () => {
  const local = new PouchDB("bench");
  const all = await local.allDocs({ include_docs: true });
  return all.rows.filter((row) => row.doc && row.doc.journal.length > 0).length;
};
