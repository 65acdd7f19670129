"""From a grade to what people and programs read; each report is a pure function of the grade."""
