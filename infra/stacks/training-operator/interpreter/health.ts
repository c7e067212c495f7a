// In Lua, as Karmada runs it.

export const health = `-- Karmada's application failover moves what is unhealthy for long. A training that waits for room, pulls its image or
-- is suspended is not: it would begin again elsewhere while its pods may still run here. What no operator takes up is.

function InterpretHealth(observedObj)
  local status = observedObj.status or {}
  return status.state ~= nil and status.state ~= "Failed"
end
`;
