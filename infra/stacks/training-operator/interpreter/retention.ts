// In Lua, as Karmada runs it.

export const retention = `-- What the member's operator has written stays. All of the spec is the control plane's to say, suspend above all: a
-- job is suspended and resumed there, and a queue in the member (Kueue) acts on the Job that the operator makes.

function Retain(desiredObj, observedObj)
  desiredObj.status = observedObj.status
  return desiredObj
end
`;
