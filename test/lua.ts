import fengari, { type LuaState } from 'fengari';

const { lauxlib, lua, lualib, to_jsstring, to_luastring } = fengari;

/** Of a script as Karmada runs it: the function of this name, with plain JSON for its arguments and its answers. */
export function luaFunction(script: string, name: string, answers = 1): (...given: unknown[]) => unknown[] {
  return (...given) => {
    const state = lauxlib.luaL_newstate();
    lualib.luaL_openlibs(state);
    // Karmada has these switched off, and some libraries are not there at all.
    for (const forbidden of ['io', 'debug', 'load', 'dofile', 'loadstring', 'setmetatable', 'getmetatable', 'rawget']) {
      lua.lua_pushnil(state);
      lua.lua_setglobal(state, to_luastring(forbidden));
    }
    must(state, lauxlib.luaL_dostring(state, to_luastring(script)));
    lua.lua_getglobal(state, to_luastring(name));
    for (const each of given) push(state, each);
    must(state, lua.lua_pcall(state, given.length, answers, 0));
    return Array.from({ length: answers }, (_, index) => read(state, index - answers));
  };
}

function must(state: LuaState, status: number): void {
  if (status !== lua.LUA_OK) throw new Error(to_jsstring(lua.lua_tostring(state, -1)));
}

function push(state: LuaState, value: unknown): void {
  if (value === null || value === undefined) return void lua.lua_pushnil(state);
  if (typeof value === 'boolean') return void lua.lua_pushboolean(state, value);
  if (typeof value === 'string') return void lua.lua_pushstring(state, to_luastring(value));
  if (typeof value === 'number') {
    return void (Number.isInteger(value) ? lua.lua_pushinteger(state, value) : lua.lua_pushnumber(state, value));
  }
  lua.lua_newtable(state);
  const entries = Array.isArray(value) ? value.map((each, index) => [index + 1, each]) : Object.entries(value);
  for (const [key, each] of entries) {
    push(state, key);
    push(state, each);
    lua.lua_settable(state, -3);
  }
}

function read(state: LuaState, at: number): unknown {
  switch (lua.lua_type(state, at)) {
    case lua.LUA_TNIL:
      return undefined;
    case lua.LUA_TBOOLEAN:
      return lua.lua_toboolean(state, at);
    case lua.LUA_TNUMBER:
      return lua.lua_tonumber(state, at);
    case lua.LUA_TSTRING:
      return to_jsstring(lua.lua_tostring(state, at));
    case lua.LUA_TTABLE:
      return readTable(state, lua.lua_absindex(state, at));
    default:
      throw new Error('neither data nor nil');
  }
}

/** Karmada takes an empty table for a list, too. */
function readTable(state: LuaState, at: number): unknown {
  const entries: [unknown, unknown][] = [];
  lua.lua_pushnil(state);
  while (lua.lua_next(state, at) !== 0) {
    entries.push([read(state, -2), read(state, -1)]);
    lua.lua_pop(state, 1);
  }
  const isList = entries.every(([key]) => typeof key === 'number');
  return isList ? entries.map(([, value]) => value) : Object.fromEntries(entries);
}
