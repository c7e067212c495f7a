// In Lua, as Karmada runs it.

export const reflection = `-- What of the member's status goes up to the control plane. Every change of it is three writes there (of the Work, of
-- the binding, of the object), for every job of the fleet: so what moves with each report of a training (loss, steps,
-- ETA) goes up when the job has ended, and until then what moves in whole percents and epochs.

local FIELDS = {
  "state", "reason", "message", "progress", "currentEpoch", "totalEpochs", "attempt", "restartCount", "failures",
  "workers", "checkpoint", "conditions", "startTime", "completionTime", "duration", "failureReason",
  "failureMessage", "observedGeneration",
}
local AT_THE_END = { "metrics", "currentStep", "totalSteps", "best" }
local ENDED = { Completed = true, Failed = true }

-- An empty table would arrive as an empty list.
local function take(from, to, fields)
  for _, field in ipairs(fields) do
    local value = from[field]
    if type(value) ~= "table" or next(value) ~= nil then
      to[field] = value
    end
  end
end

function ReflectStatus(observedObj)
  local observed = observedObj.status
  local status = {}
  if observed ~= nil then
    take(observed, status, FIELDS)
    if ENDED[observed.state] then
      take(observed, status, AT_THE_END)
    end
  end
  -- Of which version of the control plane's object this tells: AggregateStatus makes observedGeneration of it.
  status.generation = observedObj.metadata.generation
  local annotations = observedObj.metadata.annotations or {}
  status.resourceTemplateGeneration = tonumber(annotations["resourcetemplate.karmada.io/generation"])
  return status
end
`;
