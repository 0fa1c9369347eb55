"""How the world answers: parameters, the equations for reading and checking, welfare."""
