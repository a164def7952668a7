%% What makes nodes a cluster: one node serves code to those without a disk, all others find it and stay with it.
-module(cluster).
-export([boot/0, join/1, authorise/1, load/0, load_everywhere/0, is_member/0]).

-define(AGAIN_MS, 1000).

%% The boot node: nobody may fetch anything until somebody has said whose address it is (authorise/1).
boot() ->
    {ok, _} = erl_boot_server:start([]),
    persistent_term:put(boot_node, node()),
    counter:start().

%% Every other node. The boot node may come later than this one, and again: it is looked for as long as this node lives.
join([Boot]) ->
    counter:start(),
    spawn(fun() -> stay_with(list_to_atom(Boot)) end).

stay_with(Boot) ->
    case net_adm:ping(Boot) of
        pong -> persistent_term:put(boot_node, Boot);
        pang -> ok
    end,
    timer:sleep(?AGAIN_MS),
    stay_with(Boot).

%% Lets a host fetch code from this node; asked on behalf of that host by whoever has the cookie.
authorise(Address) ->
    {ok, Parsed} = inet:parse_ipv4_address(Address),
    case lists:member(Parsed, erl_boot_server:which_slaves()) of
        true -> ok;
        false -> erl_boot_server:add_slave(Parsed)
    end.

%% Takes the modules whose files are newer than what runs; processes keep their state and go on in the new code.
load() ->
    Changed = [Module || Module <- code:modified_modules(), code:soft_purge(Module)],
    [{module, Module} = code:load_file(Module) || Module <- Changed],
    Changed.

%% Here and, where this is the boot node, on those that have no other disk than this one's.
load_everywhere() ->
    Here = load(),
    Fetching = [Node || Node <- nodes(), persistent_term:get(boot_node, none) =:= node(), is_diskless(Node)],
    {_, []} = rpc:multicall(Fetching, ?MODULE, load, []),
    Here.

is_diskless(Node) -> lists:prefix("diskless@", atom_to_list(Node)).

%% Whether this node sees the boot node now.
is_member() ->
    lists:member(persistent_term:get(boot_node, none), [node() | nodes()]).
