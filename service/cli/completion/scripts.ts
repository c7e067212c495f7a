/** A shell's own way of asking `<program> __complete -- <words>`; an answer of one line ":files" leaves it to the shell. */
export const SHELLS = {
  bash: (program: string) => `# ${program} completion for bash: source <(${program} completion bash)
_${program}_complete() {
  local IFS=$'\\n' word="\${COMP_WORDS[COMP_CWORD]}"
  local words=("\${COMP_WORDS[@]:1:COMP_CWORD}")
  # Bash takes --output=json for three words.
  local line="\${COMP_LINE:0:COMP_POINT}" last
  last="\${line##*[[:space:]]}"
  if [[ "$last" == --*=* ]]; then
    while [[ \${#words[@]} -gt 0 && "\${words[0]}" != "\${last%%=*}" ]]; do
      local kept+=("\${words[0]}")
      words=("\${words[@]:1}")
    done
    words=("\${kept[@]}" "$last")
  fi
  local found
  found=($("\${COMP_WORDS[0]}" __complete -- "\${words[@]}" 2>/dev/null))
  if [[ "\${found[0]}" == ":files" ]]; then
    compopt -o default
    COMPREPLY=()
    return
  fi
  if [[ "$last" == --*=* ]]; then found=("\${found[@]#*=}"); fi
  COMPREPLY=("\${found[@]}")
  [[ \${#COMPREPLY[@]} -eq 1 && "\${COMPREPLY[0]}" == *= ]] && compopt -o nospace
  return 0
}
complete -F _${program}_complete ${program}
`,
  zsh: (program: string) => `#compdef ${program}
# ${program} completion for zsh: source <(${program} completion zsh)
_${program}() {
  local -a found
  found=("\${(@f)$(\${words[1]} __complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ "$found[1]" == ":files" ]]; then
    _files
    return
  fi
  [[ -n "$found[1]" ]] && compadd -- "\${found[@]}"
}
compdef _${program} ${program}
`,
  fish: (program: string) => `# ${program} completion for fish: ${program} completion fish | source
function __${program}_complete
    set -l words (commandline -opc) (commandline -ct)
    set -l found (${program} __complete -- $words[2..] 2>/dev/null)
    if test "$found[1]" = ":files"
        __fish_complete_path (commandline -ct)
    else
        printf '%s\\n' $found
    end
end
complete -c ${program} -f -a '(__${program}_complete)'
`,
} as const;
