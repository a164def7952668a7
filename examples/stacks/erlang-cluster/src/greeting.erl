%% The part that changes: edit it, and `evenkeel apply` brings it into every running node.
-module(greeting).
-export([text/0]).

text() -> 'hello from version 1'.
