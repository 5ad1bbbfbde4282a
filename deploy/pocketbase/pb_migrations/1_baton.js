// Baton's collections, and people in an auth collection of their own. Runs once, when PocketBase starts.
migrate((db) => {
  const COLLECTIONS = ["cases", "callbacks", "interactions", "seats", "messages", "customers", "claims"]
  const dao = new Dao(db)
  const guest = null
  const people = '@request.auth.id != ""'
  const fresh = people + ' && @request.headers.if_match = updated'
  const desk = new Collection({
    name: "desk", type: "auth", listRule: people, viewRule: people, createRule: guest, updateRule: guest, deleteRule: guest,
    schema: ["name", "role", "org", "desk", "seat", "policy"].map((name) => ({ name, type: "text", options: {} }))
      .concat([{ name: "skills", type: "json", options: { maxSize: 10000 } }]),
    options: { allowUsernameAuth: true, allowEmailAuth: false, allowOAuth2Auth: false, requireEmail: false, minPasswordLength: 8 },
  })
  dao.saveCollection(desk)
  for (const name of COLLECTIONS) {
    dao.saveCollection(new Collection({
      name, type: "base", listRule: people, viewRule: people, createRule: people, updateRule: fresh, deleteRule: fresh,
      schema: [
        { name: "bid", type: "text", required: true, options: {} },
        { name: "body", type: "json", options: { maxSize: 8000000 } },
        { name: "deleted", type: "bool", options: {} },
      ],
      indexes: [
        `CREATE UNIQUE INDEX \`${name}_bid\` ON \`${name}\` (\`bid\`)`,
        `CREATE INDEX \`${name}_updated\` ON \`${name}\` (\`updated\`, \`id\`)`,
      ],
    }))
  }
})
