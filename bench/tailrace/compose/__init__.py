"""The emulator in a container, by Docker Compose; standard library only.

engine.py      is there an engine whose containers can be reached from here?
image.py       the image of these very sources: is it there, and building it
container.py   starting, stopping and asking it
choice.py      in a container or embedded: EMULATOR=auto|docker|embedded
errors.py      what can go wrong
"""
