// RxDB with its Dexie storage and its replication plugin, reading the pages that the others read.
import { createRxDatabase } from "rxdb/plugins/core";
import { replicateRxCollection } from "rxdb/plugins/replication";
import { getRxStorageDexie } from "rxdb/plugins/storage-dexie";

const PAGE = 2000;
// Names that begin with an underscore are RxDB's own.
const schema = {
  version: 0,
  primaryKey: "id",
  type: "object",
  properties: { id: { type: "string", maxLength: 100 } },
};

async function open() {
  const database = await createRxDatabase({ name: "bench", storage: getRxStorageDexie(), multiInstance: false });
  await database.addCollections({ cases: { schema } });
  return database.cases;
}

globalThis.benchReady = async () => true;

globalThis.benchFirst = async () => {
  const begun = performance.now();
  const collection = await open();
  const replication = replicateRxCollection({
    collection,
    replicationIdentifier: "bench",
    live: false,
    retryTime: 1000,
    pull: {
      batchSize: PAGE,
      async handler(checkpoint, limit) {
        const since = checkpoint ? checkpoint.since : "0";
        const answer = await (await fetch(`/api/cases?since=${since}&limit=${limit}`)).json();
        const documents = answer.items.map(({ _rev, _seq, _at, ...rest }) => ({
          ...rest,
          rev: _rev,
          seq: _seq,
          at: _at,
          _deleted: false,
        }));
        return { documents, checkpoint: { since: answer.next } };
      },
    },
  });
  await replication.awaitInitialReplication();
  return performance.now() - begun;
};

globalThis.benchCount = async () => {
  const collection = await open();
  const found = await collection.find().exec();
  return found.filter((document) => document.get("journal").length > 0).length;
};
