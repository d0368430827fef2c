module visavis

go 1.26
