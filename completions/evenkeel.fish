# Completion of evenkeel for fish.
function __evenkeel_complete
    set -l words (commandline -opc)
    set -l program $words[1]
    set -e words[1]
    set -l typed (commandline -ct)
    set -l lines ($program __complete fish $words "$typed" 2>/dev/null)
    set -l kind $lines[1]
    set -e lines[1]
    if test (count $lines) -gt 0
        printf '%s\n' $lines
    end
    if test "$kind" = files
        set -l option (string match -r -- '^--[^=]*=' "$typed")
        for path in (__fish_complete_path (string replace -r -- '^--[^=]*=' '' "$typed"))
            printf '%s%s\n' "$option" $path
        end
    end
end
complete -c evenkeel -e
complete -c evenkeel -f -a '(__evenkeel_complete)'
