"""Honest: half of the standard library imported, as notebooks do."""

import argparse
import asyncio
import csv
import ctypes
import http.client
import inspect
import multiprocessing
import pickle
import shutil
import signal
import socket
import sqlite3
import ssl
import subprocess
import unittest
import urllib.request

USED = (argparse, asyncio, csv, ctypes, http.client, inspect, multiprocessing, pickle, shutil)
USED += (signal, socket, sqlite3, ssl, subprocess, unittest, urllib.request)


def total(n):
    return sum(i * i for i in range(n + 1))


def blend(x, share):
    return share * x + (1 - share) * x.mean()
