package fanout_test

func benchClient(string) {}
