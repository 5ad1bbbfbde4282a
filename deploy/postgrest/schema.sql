-- Baton on PostgreSQL behind PostgREST: one table a collection, and a log-in that gives a token.
-- For PostgreSQL 14 or later with the extension pgcrypto (Debian: postgresql-contrib). Run it as the owner of an empty
-- database:   psql -v ON_ERROR_STOP=1 -v secret="$(openssl rand -hex 32)" -f schema.sql baton
-- and give the same secret to PostgREST (jwt-secret). Running it again changes nothing.

create extension if not exists pgcrypto;

-- Who PostgREST is: nobody until a token says otherwise. Its password is set by hand: \password authenticator
do $$
begin
  if not exists (select from pg_roles where rolname = 'authenticator') then
    create role authenticator login noinherit;
  end if;
  if not exists (select from pg_roles where rolname = 'nobody_yet') then
    create role nobody_yet nologin;
  end if;
  if not exists (select from pg_roles where rolname = 'desk') then
    create role desk nologin;
  end if;
end $$;
grant nobody_yet, desk to authenticator;
-- A transaction that stays open longer than the connector's overlap (30 s) could be missed by a list.
alter role authenticator set statement_timeout = '10s';
alter role authenticator set idle_in_transaction_session_timeout = '10s';

-- Outside of what PostgREST serves: passwords and the secret.
create schema if not exists baton_private;
create table if not exists baton_private.account (
  name text primary key check (name ~ '^[A-Za-z0-9._-]{1,64}$'),
  password text not null,              -- as crypt() makes it
  profile jsonb not null default '{}'  -- id, name, role, org, seat, as the desk reads them
);
create table if not exists baton_private.setting (name text primary key, value text not null);
insert into baton_private.setting values ('secret', :'secret') on conflict (name) do nothing;

-- What PostgREST serves.
create schema if not exists baton;

-- The stamp is the server's, and a revision moves by one: of two writers on one base exactly one gets through, because
-- an update names the revision that it builds on (?rev=eq.7) and writes the next.
create or replace function baton_private.stamp() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' and new.rev is distinct from old.rev + 1 then
    raise exception 'rev must be %, not %', old.rev + 1, new.rev using errcode = '23514';
  end if;
  new.id = case when tg_op = 'UPDATE' then old.id else new.id end;
  new.updated_at = clock_timestamp();
  return new;
end $$;

do $$
declare collection text;
begin
  foreach collection in array array['cases', 'callbacks', 'interactions', 'seats', 'messages', 'customers', 'claims'] loop
    execute format($sql$
      create table if not exists baton.%1$I (
        id text primary key check (length(id) between 1 and 200),
        rev bigint not null default 1,
        updated_at timestamptz not null default clock_timestamp(),
        deleted boolean not null default false,
        body jsonb not null default '{}' check (jsonb_typeof(body) = 'object')
      );
      create index if not exists %2$I on baton.%1$I (updated_at, id);
      create or replace trigger stamp before insert or update on baton.%1$I
        for each row execute function baton_private.stamp();
      grant select, insert, update on baton.%1$I to desk;
    $sql$, collection, collection || '_updated_at_id');
  end loop;
end $$;
-- A claim is made once and never changed. Nothing is ever deleted by a desk: a tombstone is deleted = true.
revoke update on baton.claims from desk;

create or replace function baton_private.base64url(data bytea) returns text language sql immutable as $$
  select translate(encode(data, 'base64'), E'+/=\n', '-_')
$$;

-- POST /rpc/login {"user": …, "password": …} → {"token": …, "person": {…}}. Wrong ones wait and get no more than "no".
create or replace function baton.login("user" text, password text) returns json
language plpgsql security definer set search_path = pg_catalog, public as $$
declare
  account baton_private.account;
  secret text;
  head text := baton_private.base64url(convert_to('{"alg":"HS256","typ":"JWT"}', 'utf8'));
  claim text;
begin
  select * into account from baton_private.account a where a.name = login."user";
  if account.name is null or account.password <> crypt(login.password, account.password) then
    perform pg_sleep(0.5);
    raise exception 'user or password is wrong' using errcode = '28P01';
  end if;
  select value into secret from baton_private.setting where name = 'secret';
  claim := baton_private.base64url(convert_to(json_build_object(
    'role', 'desk', 'sub', account.name, 'exp', extract(epoch from now() + interval '12 hours')::bigint)::text, 'utf8'));
  return json_build_object(
    'token', head || '.' || claim || '.' || baton_private.base64url(hmac(head || '.' || claim, secret, 'sha256')),
    'person', account.profile || jsonb_build_object('id', account.name));
end $$;

-- GET /rpc/me → who the token stands for.
create or replace function baton.me() returns json
language sql stable security definer set search_path = pg_catalog, public as $$
  select (a.profile || jsonb_build_object('id', a.name))::json from baton_private.account a
  where a.name = current_setting('request.jwt.claims', true)::json->>'sub'
$$;

revoke execute on all functions in schema baton from public;
grant usage on schema baton to nobody_yet, desk;
grant execute on function baton.login(text, text) to nobody_yet, desk;
grant execute on function baton.me() to desk;

-- A person:
--   insert into baton_private.account values ('ann', crypt('a long password', gen_salt('bf', 10)),
--     '{"name": "Ann", "role": "agent", "org": "home-province"}');
