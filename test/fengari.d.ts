/** Lua in JavaScript, as far as test/lua.ts speaks to it. The package has no types of its own. */
declare module 'fengari' {
  export interface LuaState {
    readonly isLuaState: true;
  }
  type LuaText = Uint8Array;
  interface Lua {
    readonly LUA_OK: number;
    readonly LUA_TNIL: number;
    readonly LUA_TBOOLEAN: number;
    readonly LUA_TNUMBER: number;
    readonly LUA_TSTRING: number;
    readonly LUA_TTABLE: number;
    lua_absindex(state: LuaState, at: number): number;
    lua_getglobal(state: LuaState, name: LuaText): number;
    lua_newtable(state: LuaState): void;
    lua_next(state: LuaState, at: number): number;
    lua_pcall(state: LuaState, given: number, answers: number, handler: number): number;
    lua_pop(state: LuaState, count: number): void;
    lua_pushboolean(state: LuaState, value: boolean): void;
    lua_pushinteger(state: LuaState, value: number): void;
    lua_pushnil(state: LuaState): void;
    lua_pushnumber(state: LuaState, value: number): void;
    lua_pushstring(state: LuaState, value: LuaText): void;
    lua_setglobal(state: LuaState, name: LuaText): void;
    lua_settable(state: LuaState, at: number): void;
    lua_toboolean(state: LuaState, at: number): boolean;
    lua_tonumber(state: LuaState, at: number): number;
    lua_tostring(state: LuaState, at: number): LuaText;
    lua_type(state: LuaState, at: number): number;
  }
  const fengari: {
    readonly lua: Lua;
    readonly lauxlib: {
      luaL_newstate(): LuaState;
      luaL_dostring(state: LuaState, script: LuaText): number;
    };
    readonly lualib: { luaL_openlibs(state: LuaState): void };
    to_luastring(text: string): LuaText;
    to_jsstring(text: LuaText): string;
  };
  export default fengari;
}
