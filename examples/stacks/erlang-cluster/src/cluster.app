{application, cluster, [
    {description, "Nodes that find one another, with code from one of them"},
    {vsn, "1"},
    {modules, [cluster, counter, greeting]},
    {registered, [counter]},
    {applications, [kernel, stdlib]}
]}.
