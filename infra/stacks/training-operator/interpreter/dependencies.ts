// In Lua, as Karmada runs it.

export const dependencies = `-- What the job names and the operator does not make: it has to be in the cluster before its pods start. A claim of the
-- operator's own (<name>-checkpoints) and the ConfigMap with the settings are made in the member.

local function add(found, kind, name)
  if name ~= nil and name ~= "" then
    found[kind .. "/" .. name] = { kind = kind, name = name }
  end
end

function GetDependencies(desiredObj)
  local spec = desiredObj.spec
  local found = {}

  local checkpoint = spec.checkpoint or {}
  local storage = checkpoint.storage or {}
  if checkpoint.enabled ~= false and (storage.type or "pvc") == "pvc" then
    add(found, "PersistentVolumeClaim", storage.pvcName)
  end
  for _, variable in ipairs(spec.env or {}) do
    local from = variable.valueFrom or {}
    add(found, "Secret", (from.secretKeyRef or {}).name)
    add(found, "ConfigMap", (from.configMapKeyRef or {}).name)
  end

  -- In the same order each time: the binding is written anew when it differs.
  local keys = {}
  for key in pairs(found) do
    table.insert(keys, key)
  end
  table.sort(keys)
  local dependencies = {}
  for _, key in ipairs(keys) do
    table.insert(dependencies, {
      apiVersion = "v1",
      kind = found[key].kind,
      namespace = desiredObj.metadata.namespace,
      name = found[key].name,
    })
  end
  return dependencies
end
`;
