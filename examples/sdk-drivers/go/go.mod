module formance-sdk-driver

go 1.20

require github.com/formancehq/formance-sdk-go/v3 v3.2.0

require (
	github.com/ericlagergren/decimal v0.0.0-20221120152707-495c53812d05 // indirect
	golang.org/x/sync v0.8.0 // indirect
)
