module leaks

go 1.25
