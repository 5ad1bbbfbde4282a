// Guests get a 401 from Baton's collections. Without this PocketBase shows them an empty list, and a desk whose log-in
// has ended would see a backend that was wiped.
routerUse((next) => (c) => {
  const path = c.request().url.path
  const ours = path.startsWith("/api/collections/") && !path.startsWith("/api/collections/desk/")
  if (ours && !c.get("authRecord") && !c.get("admin")) throw new UnauthorizedError("log in first")
  return next(c)
})
