%% A process that lives as long as its node: what it has counted tells that new code came without a stop.
-module(counter).
-behaviour(gen_server).
-export([start/0, greet/0]).
-export([init/1, handle_call/3, handle_cast/2]).

start() -> gen_server:start({local, ?MODULE}, ?MODULE, [], []).

%% What to say, and how often it has been asked on this node.
greet() -> gen_server:call(?MODULE, greet).

init([]) -> {ok, 0}.

handle_call(greet, _From, Count) -> {reply, {greeting:text(), Count + 1}, Count + 1}.

handle_cast(_Message, Count) -> {noreply, Count}.
