"""What people see: charts, maps, tables, the report. Everything here draws exhibits; nothing computes."""
