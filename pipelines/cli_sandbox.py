"""`langson sandbox …`: the simulated province, its truth and its systems."""

import shlex

import typer

from pipelines.cli_options import SCALE, SEED, DirtyOption, HomeOption, ScaleOption, SeedOption, say

sandbox_app = typer.Typer(help="Tỉnh mô phỏng | The simulated province", no_args_is_help=True)


@sandbox_app.command("generate")
def sandbox_generate(
    home: HomeOption = None, seed: SeedOption = SEED, scale: ScaleOption = SCALE, dirty: DirtyOption = True
) -> None:
    """Tạo số liệu mô phỏng và sự thật của nó | Make the simulated deliveries and the truth about them."""
    from pipelines.cli_views import progress
    from pipelines.holders import sole_use
    from pipelines.home import home_for_intake
    from pipelines.sandbox_step import make_sandbox

    place = home_for_intake(home, False)
    with sole_use(place, "langson sandbox generate"), progress() as step:
        made = make_sandbox(place, seed, scale, dirty, step)
    say(f"{place.root}: {made}")


@sandbox_app.command("truth")
def sandbox_truth(
    home: HomeOption = None, seed: SeedOption = SEED, scale: ScaleOption = SCALE, dirty: DirtyOption = True
) -> None:
    """Cho biết sự thật của tỉnh mô phỏng ở đâu | Write the truth of the simulated province and say where it is."""
    sandbox_generate(home, seed, scale, dirty)
    from pipelines.home import home_for_intake

    say(f"truth, known_truth: {home_for_intake(home, False).root / 'truth'}")


@sandbox_app.command("serve")
def sandbox_serve(home: HomeOption = None) -> None:
    """Chạy các hệ thống mô phỏng trên máy này: HTTP, PostgreSQL, SFTP | Serve the simulated systems on loopback."""
    from pipelines.home import home_for_intake
    from pipelines.sandbox_step import serving_all, until_told_to_stop

    place = home_for_intake(home, False)
    with serving_all(place) as environment:
        for name, value in sorted(environment.items()):
            say(f"export {name}={shlex.quote(value)}")
        say("# Ctrl-C để dừng | to stop")
        until_told_to_stop()
